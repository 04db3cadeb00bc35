// Calls by the client that openapi-generator makes in Go of /openapi.json. Writes claims as claims.py does.
//
// usage: calls BASE KEY PICTURE
package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"

	atelier "example.com/atelier/client"
)

func claim(text string, holds bool, seen any) {
	line, err := json.Marshal(map[string]any{
		"claim": "Go: " + text, "holds": holds, "seen": fmt.Sprintf("%.500v", seen),
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(string(line))
}

func main() {
	base, key, picture := os.Args[1], os.Args[2], os.Args[3]
	settings := atelier.NewConfiguration()
	settings.Servers = atelier.ServerConfigurations{{URL: base}}
	client := atelier.NewAPIClient(settings)
	keyed := context.WithValue(context.Background(), atelier.ContextAccessToken, key)

	models, _, err := client.OpenAIImagesAPI.ListModels(keyed).Execute()
	claim("models are OpenAI's list", err == nil && models.Object == "list" && len(models.Data) > 1, err)

	cards, _, err := client.ImageRouterAPI.ListImageRouterModels(context.Background()).Name("test").Execute()
	claim("models are ImageRouter's map", err == nil && cards != nil, err)

	body := atelier.NewCreateImageBodyWithDefaults()
	body.Prompt = "a fox"
	body.SetModel("test/test")
	body.SetSize("64x64")
	made, _, err := client.OpenAIImagesAPI.CreateImage(keyed).CreateImageBody(*body).Execute()
	drawn := err == nil && len(made.Data) == 1 && made.Data[0].Base64Picture != nil
	claim("an image is made", drawn, err)
	if drawn {
		bytes, err := base64.StdEncoding.DecodeString(made.Data[0].Base64Picture.B64Json)
		claim("it is a PNG", err == nil && string(bytes[1:4]) == "PNG", err)
	}

	file, err := os.Open(picture)
	claim("there is a picture", err == nil, err)
	edited, _, err := client.OpenAIImagesAPI.CreateImageEdit(keyed).Model("test/test").
		Prompt("make it snow").Image([]*os.File{file}).Execute()
	claim("a file is edited", err == nil && len(edited.Data) == 1, err)

	one := atelier.NewGenerateImageBodyWithDefaults()
	one.Model, one.Prompt = "test/test", "a fox"
	kept, _, err := client.ImaRouterAndJobsAPI.GenerateImage(keyed).GenerateImageBody(*one).Execute()
	claim("an image is kept", err == nil && kept.Url.IsSet() && kept.Width == 1024, err)

	many := atelier.NewCreateBatchBodyWithDefaults()
	fox, owl := "a fox", "an owl"
	many.Model = "test/test"
	many.Prompts = []atelier.CreateBatchBodyPromptsInner{{String: &fox}, {String: &owl}}
	batch, _, err := client.ImaRouterAndJobsAPI.CreateBatch(keyed).CreateBatchBody(*many).Execute()
	claim("a batch is queued", err == nil && batch.Total == 2, err)
	if err == nil {
		ended, _, err := client.ImaRouterAndJobsAPI.GetBatch(keyed, batch.JobId).Wait(60).Execute()
		claim("it is made", err == nil && ended.CompletedCount == 2, err)
	}

	routed := atelier.NewCreateOpenRouterImageBodyWithDefaults()
	routed.Model, routed.Prompt = "test/test", "a fox"
	image, _, err := client.OpenRouterAPI.CreateOpenRouterImage(keyed).
		CreateOpenRouterImageBody(*routed).Execute()
	claim("OpenRouter's shape is read", err == nil && image.Data[0].MediaType == "image/png", err)

	work := atelier.NewCreateV2JobBodyWithDefaults()
	work.Model, work.Prompt = "test/test", "a fox"
	job, _, err := client.V2JobAPIAPI.CreateV2Job(keyed).CreateV2JobBody(*work).Execute()
	claim("a job is queued", err == nil && job.JobId != "", err)
	if err == nil {
		done, _, err := client.V2JobAPIAPI.GetV2Job(keyed, job.JobId).Wait(60).Execute()
		claim("it is done", err == nil && done.Status == "COMPLETED", err)
	}

	balance, _, err := client.AccountAndPicturesAPI.GetBalance(keyed).Execute()
	claim("the balance is read", err == nil && balance.Available > 0, err)
	log, _, err := client.AccountAndPicturesAPI.ListGenerations(keyed).Limit(3).Execute()
	claim("the log is read", err == nil && len(log.Generations) == 3 && log.HasMore, err)
	keys, _, err := client.KeysAPI.ListKeys(keyed).Execute()
	claim("keys are read", err == nil && len(keys.Keys) > 0, err)

	body.SetModel("no/such")
	_, refused, err := client.OpenAIImagesAPI.CreateImage(keyed).CreateImageBody(*body).Execute()
	var failure *atelier.GenericOpenAPIError
	if told, ok := err.(*atelier.GenericOpenAPIError); ok {
		failure = told
	}
	told, ok := atelier.OpenAIError{}, false
	if failure != nil {
		told, ok = failure.Model().(atelier.OpenAIError)
	}
	claim("a refusal is read", ok && refused.StatusCode == 404 && told.Error.Message != "", err)
}
